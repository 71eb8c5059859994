// A second opinion on what perild says of JWTs and of its metadata: that of oauth4webapi.
//
//   node second_opinion.js CASES.json
//
// CASES.json has an authorization server with its keys, and lists of access tokens, signed introspection answers and
// answers about the protected resource. Prints one JSON object with the same lists: null for what is good, else why not.

import fs from 'node:fs';

import * as oauth from 'oauth4webapi';

const cases = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const options = {
  [oauth.clockTolerance]: 0,
  [oauth.customFetch]: async () => Response.json({ keys: cases.keys }),
  signingAlgorithms: cases.algorithms,
};

// A server of its own for each: the library keeps the keys of one that it has seen.
const server = () => ({
  issuer: cases.issuer,
  jwks_uri: new URL('keys', cases.issuer).href,
  introspection_signing_alg_values_supported: cases.algorithms,
});

async function accessToken(token) {
  const request = new Request(cases.audience, { headers: { authorization: `Bearer ${token}` } });
  await oauth.validateJwtAccessToken(server(), request, cases.audience, options);
}

async function introspection(text) {
  const headers = { 'content-type': 'application/token-introspection+jwt' };
  const response = new Response(text, { headers });
  const as = server();
  await oauth.processIntrospectionResponse(as, { client_id: cases.client_id }, response);
  await oauth.validateApplicationLevelSignature(as, response, options);
}

async function metadata({ resource, body }) {
  await oauth.processResourceDiscoveryResponse(new URL(resource), Response.json(body));
}

async function opinions(judge, list) {
  const said = [];
  for (const one of list) {
    said.push(await judge(one).then(() => null, (error) => `${error.message} ${error.cause?.message ?? ''}`));
  }
  return said;
}

process.stdout.write(JSON.stringify({
  tokens: await opinions(accessToken, cases.tokens),
  introspections: await opinions(introspection, cases.introspections),
  metadata: await opinions(metadata, cases.metadata),
}));
