// A person with a browser that knows no script: keeps cookies, fills forms, presses the first button.
const decode = (text) => text.replace(/&#(\d+);|&#x([0-9a-f]+);|&(amp|lt|gt|quot);/gi, (_, dec, hex, name) =>
  dec ? String.fromCodePoint(+dec) : hex ? String.fromCodePoint(parseInt(hex, 16)) : { amp: '&', lt: '<', gt: '>', quot: '"' }[name]);

export class Person {
  constructor(issuer, email, password) {
    Object.assign(this, { origin: new URL(issuer).origin, email, password, cookies: new Map() });
  }

  async fetch(url, init = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      if (/max-age=0/i.test(line)) this.cookies.delete(name); else this.cookies.set(name, value);
    }
    return answer;
  }

  // Opens a page of the server and does what is asked until the browser is sent elsewhere; returns where.
  async go(url, init) {
    for (let step = 0; step < 12; step++) {
      const answer = await this.fetch(url, init);
      init = undefined;
      if (answer.status === 303) {
        const next = new URL(answer.headers.get('location'), url);
        if (next.origin !== this.origin) return next;
        url = next.href;
        continue;
      }
      const page = await answer.text();
      if (answer.status !== 200) throw new Error(`${answer.status} at ${url}: ${page.replace(/<[^>]*>/g, ' ')}`);
      const form = page.match(/<form[^>]*method="post"[^>]*action="([^"]*)"[^]*?<\/form>/i) ?? page.match(/<form[^>]*action="([^"]*)"[^]*?<\/form>/i);
      if (!form) throw new Error(`no form at ${url}: ${page.replace(/<[^>]*>/g, ' ')}`);
      const fields = new URLSearchParams();
      for (const [, name, value] of form[0].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) fields.set(name, decode(value));
      if (/name="email"/.test(form[0])) fields.set('email', this.email);
      if (/name="password"/.test(form[0])) fields.set('password', this.password);
      const button = form[0].match(/<button type="submit"[^>]*name="([^"]*)" value="([^"]*)"/);
      if (button) fields.set(button[1], button[2]);
      const action = new URL(decode(form[1]), url);
      if (action.origin !== this.origin) {
        action.search = fields.toString();
        return action;
      }
      url = action.href;
      init = { method: 'POST', body: fields };
    }
    throw new Error('the pages do not end');
  }
}

export function check(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

export async function refused(promise, code) {
  const error = await promise.then(() => undefined, (error) => error);
  check(error?.error === code || error?.cause?.error === code, `refused with ${code}, not ${error?.error ?? error}`);
}
