// The directory of perild's tests: oidc-provider with mutual TLS and certificate-bound tokens, opaque or JWT.
//
//   node server.js CONFIG.json
//
// Two listeners answer alike. The first is the issuer's; the second is what `mtls_endpoint_aliases`
// name (RFC 8705 §5). Both ask for a client certificate, since the directory's clients do not all
// know of aliases. Prints `READY <issuer>` once both are open, then one line a call:
// `CALL <issuer|alias> <method> <path> <client_id or -> <status>`.

import fs from 'node:fs';
import https from 'node:https';

import { Provider } from 'oidc-provider';

import { settings } from './settings.js';

const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));

const tls = {
  cert: fs.readFileSync(config.certificate),
  key: fs.readFileSync(config.private_key),
  ca: fs.readFileSync(config.client_trust_anchors),
  requestCert: true,
  rejectUnauthorized: false, // who calls is judged per client, see settings.js
  minVersion: 'TLSv1.2',
};

let answer;
const listeners = ['issuer', 'alias'].map((name) => {
  const server = https.createServer(tls, (request, response) => answer(request, response));
  server.keepAliveTimeout = 60_000;
  return { name, server, wanted: (name === 'issuer' ? config.port : config.alias_port) ?? 0 };
});
await Promise.all(listeners.map(({ server, wanted }) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(wanted, '127.0.0.1', resolve);
})));

const [issuerPort, aliasPort] = listeners.map(({ server }) => server.address().port);
const issuer = config.issuer ?? `https://localhost:${issuerPort}`;

const alias = config.alias ?? `https://localhost:${aliasPort}`;
const provider = new Provider(issuer, settings(config, alias));
provider.use(async (ctx, next) => {
  await next();
  const listener = ctx.socket.localPort === aliasPort ? 'alias' : 'issuer';
  const client = ctx.oidc?.client?.clientId ?? '-';
  process.stdout.write(`CALL ${listener} ${ctx.method} ${ctx.path} ${client} ${ctx.status}\n`);
});
for (const event of ['server_error', 'grant.error', 'introspection.error', 'revocation.error']) {
  provider.on(event, (ctx, error) => {
    process.stderr.write(`${event}: ${error.message} ${error.error_detail ?? ''} ${event === 'server_error' ? error.stack : ''}\n`);
  });
}
answer = provider.callback();

process.stdout.write(`READY ${issuer}\n`);
process.on('SIGTERM', () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0)); // the test that started it is gone
