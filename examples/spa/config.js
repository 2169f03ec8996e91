export const ISSUER = 'http://localhost:3004';
export const CLIENT_ID = 'page';
export const API = 'http://localhost:3001';
