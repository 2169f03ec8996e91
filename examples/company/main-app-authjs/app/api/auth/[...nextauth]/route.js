import { handlers } from '../../../../auth.js';

// Auth.js would give the session, tokens and all, to every script of the page: by GET, and by POST, with which its own client updates
// it. None here needs it.
const withoutSession = (handler) => (request) =>
  request.nextUrl.pathname.endsWith('/session') ? new Response(null, { status: 404 }) : handler(request);

export const GET = withoutSession(handlers.GET);
export const POST = withoutSession(handlers.POST);
