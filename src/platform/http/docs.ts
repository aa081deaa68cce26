import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Express } from 'express';
import type { Reply } from './reply.ts';
import { pageHeaders } from './security-headers.ts';

const PAGE = `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>jpki-verifier API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<noscript>この文書はJavaScriptで表示されます。<a href="/openapi.yaml">openapi.yaml</a>をご覧ください。
This page needs JavaScript; read <a href="/openapi.yaml">openapi.yaml</a> instead.</noscript>
<div id="reference"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
`;

/** No validator badge (it would ask another host), no remembered API keys. */
const START = `SwaggerUIBundle({
  url: '/openapi.yaml', dom_id: '#reference', validatorUrl: null, deepLinking: true, persistAuthorization: false,
  defaultModelsExpandDepth: 0, docExpansion: 'list', displayRequestDuration: true,
});
`;

/** The page that renders openapi.yaml from this host alone. */
export const docsPage: Reply = {
  status: 200,
  contentType: 'text/html; charset=utf-8',
  text: PAGE,
};

/** The page's script and style, out of swagger-ui-dist; read when first asked for. */
export function mountDocsAssets(app: Express): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const assets: Record<string, { type: string; read: () => string | Buffer }> = {
    'swagger-ui.css': { type: 'text/css; charset=utf-8', read: () => readFileSync(join(folder, 'swagger-ui.css')) },
    'swagger-ui-bundle.js': {
      type: 'text/javascript; charset=utf-8',
      read: () => readFileSync(join(folder, 'swagger-ui-bundle.js')),
    },
    'start.js': { type: 'text/javascript; charset=utf-8', read: () => START },
  };
  for (const [name, { type, read }] of Object.entries(assets)) {
    let content: string | Buffer | undefined;
    app.get(`/docs/assets/${name}`, pageHeaders, (_request, response) => {
      content ??= read();
      response.set('Cache-Control', 'public, max-age=3600').type(type).send(content);
    });
  }
}
