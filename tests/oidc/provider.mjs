// A real OpenID provider (oidc-provider) for tests: `node provider.mjs PORT CLIENT SECRET BACK LEFT`.
// Whoever types a login is that person; its keys are new with each start.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, client, secret, back, left] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: client,
    client_secret: secret,
    redirect_uris: [back],
    post_logout_redirect_uris: [left],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  claims: { openid: ['sub'], profile: ['preferred_username', 'name'] },
  cookies: { keys: [randomUUID()] },
  jwks: { keys: [key] },
  pkce: { required: () => true },
  async findAccount(_context, id) {
    const claims = id.startsWith('nameless') ? {} : { preferred_username: id };
    return { accountId: id, claims: async () => ({ sub: id, ...claims }) };
  },
});
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
