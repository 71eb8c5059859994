// What oidc-provider is told: one protocol (client credentials over mutual TLS) and nothing else.

import crypto from 'node:crypto';
import fs from 'node:fs';

/// The provider's settings from `config`, with the endpoints of `alias` as mTLS aliases.
export function settings(config, alias) {
  const facts = new Map(config.clients.map((client) => [client.client_id, client.introspection ?? {}]));
  return {
    clients: config.clients.map(registration),
    enabledJWA: { introspectionSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
    jwks: { keys: signingKeys() },
    cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
    scopes: config.scopes ?? ['directory:software'],
    clientAuthMethods: ['tls_client_auth', 'self_signed_tls_client_auth'],
    ttl: { ClientCredentials: config.token_seconds ?? 600 },
    discovery: {
      mtls_endpoint_aliases: {
        token_endpoint: `${alias}/token`,
        introspection_endpoint: `${alias}/token/introspection`,
        revocation_endpoint: `${alias}/token/revocation`,
      },
    },
    // Shown by introspection as top-level members.
    extraTokenClaims: (ctx, token) => facts.get(token.clientId),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      introspection: {
        enabled: true,
        allowedPolicy: (ctx, client, token) => (
          client.clientId === token.clientId || config.introspectors.includes(client.clientId)
        ),
      },
      // Answers are signed for clients that have an algorithm for it (RFC 9701).
      jwtIntrospection: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        selfSignedTlsClientAuth: true,
        tlsClientAuth: true,
        getCertificate: (ctx) => ctx.socket.getPeerX509Certificate(),
        certificateAuthorized: (ctx) => ctx.socket.authorized,
        certificateSubjectMatches,
      },
      resourceIndicators: config.jwt ? jwtTokens(config) : { enabled: false },
      revocation: { enabled: true, allowedPolicy: (ctx, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
  };
}

/// A client as it is registered; one with `self_signed_certificate` is known by that certificate alone.
function registration(client) {
  const known = client.self_signed_certificate
    ? { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [certificateKey(client)] } }
    : { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_san_dns: client.san_dns };
  return {
    client_id: client.client_id,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: client.scope ?? 'directory:software',
    tls_client_certificate_bound_access_tokens: true,
    introspection_signed_response_alg: client.signed_answers ?? 'ES256',
    ...known,
  };
}

function certificateKey(client) {
  const certificate = new crypto.X509Certificate(fs.readFileSync(client.self_signed_certificate));
  return {
    ...certificate.publicKey.export({ format: 'jwk' }),
    use: 'sig',
    x5c: [certificate.raw.toString('base64')],
  };
}

/// RFC 8705 §2.1.2; the tests register clients by a DNS name.
function certificateSubjectMatches(ctx, property, expected) {
  if (property !== 'tls_client_auth_san_dns') return false;
  const names = ctx.socket.getPeerX509Certificate().subjectAltName ?? '';
  return names.split(', ').includes(`DNS:${expected}`);
}

/// Access tokens are JWTs (RFC 9068) for `jwt.audience`, signed by `jwt.alg`.
function jwtTokens({ jwt, scopes, token_seconds }) {
  return {
    enabled: true,
    defaultResource: () => jwt.audience,
    useGrantedResource: () => true,
    getResourceServerInfo: () => ({
      audience: jwt.audience,
      scope: scopes.join(' '),
      accessTokenFormat: 'jwt',
      accessTokenTTL: token_seconds ?? 600,
      jwt: { sign: { alg: jwt.alg } },
    }),
  };
}

function signingKeys() {
  const key = (kind, options, alg, kid) => {
    const { privateKey } = crypto.generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid };
  };
  return [
    key('rsa', { modulusLength: 2048 }, 'RS256', 'tests'),
    key('rsa', { modulusLength: 2048 }, 'PS256', 'ps256'),
    key('ec', { namedCurve: 'P-256' }, 'ES256', 'es256'),
    key('ed25519', {}, 'EdDSA', 'eddsa'),
  ];
}
