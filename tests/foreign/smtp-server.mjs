// A real mail server (npm smtp-server): takes mail over TLS from whoever signs in, and prints each as a line of JSON.
import { readFileSync } from 'node:fs';
import { SMTPServer } from 'smtp-server';

const { PORT, KEY, CERT, SMTP_USER, SMTP_PASSWORD, IMPLICIT } = process.env;
const server = new SMTPServer({
  secure: IMPLICIT === '1',
  key: readFileSync(KEY),
  cert: readFileSync(CERT),
  authMethods: ['PLAIN', 'LOGIN'],
  onAuth({ username, password }, session, done) {
    const right = username === SMTP_USER && password === SMTP_PASSWORD;
    done(right ? null : new Error('wrong user name or password'), right ? { user: username } : undefined);
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      const to = rcptTo.map(({ address }) => address);
      const mail = { secure: session.secure, user: session.user, from: mailFrom.address, to, data: Buffer.concat(parts).toString() };
      console.log(JSON.stringify(mail));
      done(null, 'taken');
    });
  },
});
server.on('error', () => {}); // A client that distrusts our certificate hangs up: that is its right.
server.listen(Number(PORT), 'localhost', () => console.log('"listening"'));
