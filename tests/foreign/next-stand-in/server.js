// What a proxy.ts gets and returns.
export class NextRequest extends Request {
  constructor(input, init) {
    super(input, init)
    this.nextUrl = new URL(typeof input === 'string' ? input : (input.href ?? input.url))
  }
}

export class NextResponse extends Response {
  // "Go on to the page"; Next.js reads the cookies that are set on it.
  static next() {
    return new NextResponse(null, { headers: { 'x-middleware-next': '1' } })
  }
  static redirect(url, status = 307) {
    return new NextResponse(null, { status, headers: { location: String(url) } })
  }
}
