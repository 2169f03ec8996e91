// Next.js keeps the request of a server component in an AsyncLocalStorage; so does this. `serve` runs a page for one request.
import { AsyncLocalStorage } from 'node:async_hooks'

const request = new AsyncLocalStorage()

export const serve = (incoming, page) => request.run(incoming, page)
export const headers = async () => new Headers(request.getStore().headers)
// A server component may read cookies and never set one: that is how the second refresh comes about.
export const cookies = async () => {
  throw new Error('not in this stand-in')
}
