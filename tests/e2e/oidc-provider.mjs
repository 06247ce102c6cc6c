// An OpenID provider for a test, as a process of its own: oidc-provider with two accounts' worth of answers.
//
// node oidc-provider.mjs REDIRECT_URI RS256|ES256 - prints its issuer. Who signs in as NAME is NAME@acme.example, whose
// e-mail is verified unless the name begins with "un"; the password does not matter.

import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import { Provider } from "oidc-provider";

const [redirectUri, algorithm] = process.argv.slice(2);
const key = (type, options, more) =>
  ({ ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }), use: "sig", ...more });

const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "claw", client_secret: "client/secret", redirect_uris: [redirectUri],
      id_token_signed_response_alg: algorithm }],
    jwks: { keys: [key("rsa", { modulusLength: 2048 }, { kid: "r", alg: "RS256" }),
      key("ec", { namedCurve: "P-256" }, { kid: "e", alg: "ES256" })] },
    pkce: { required: () => true, methods: ["S256"] },
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    // By RS256 as most providers do it, with the e-mail in the token; by ES256 as the letter of the standard has it.
    conformIdTokenClaims: algorithm === "ES256",
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Name of ${id}`,
      email: `${id.replace(/-.*/, "")}@acme.example`, email_verified: !id.startsWith("un") }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
