export const redirect = (url) => {
  throw new Error(`redirect to ${url}: not in this stand-in`)
}
