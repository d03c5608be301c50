/** The page at `/swagger/`: what is ours of it. Everything else is Swagger UI as its package holds it. */

export const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>tapgate API</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="page.css">
<script src="swagger-ui-bundle.js" defer></script>
<script src="page.js" defer></script>
</head>
<body>
<form id="key" hidden>
<label for="text">The description of this API is for those who have a key of this gateway.</label>
<input id="text" type="password" autocomplete="off" spellcheck="false" required placeholder="Key">
<button>Open</button>
</form>
<p id="problem" role="alert"></p>
<div id="ui"></div>
<noscript><p>This page needs JavaScript. The description itself is <a href="../openapi.json">openapi.json</a>.</p></noscript>
</body>
</html>
`;

export const style = `body {margin: 0;}
form#key, p#problem, noscript p {max-width: 1420px; margin: 3rem auto 0; padding: 0 1.5rem; font: 1rem sans-serif;}
form#key label {display: block; margin-bottom: 0.75rem;}
form#key input, form#key button {font: inherit; padding: 0.5rem 0.75rem;}
form#key input {width: 24rem; max-width: 60%;}
p#problem:empty {display: none;}
p#problem {color: #c62828;}
html.dark-mode body {background: #1c2022; color: #e4e6e6;}
html.dark-mode .swagger-ui .examples-select__section-label {color: inherit;}
html.dark-mode p#problem {color: #ff8a80;}
.swagger-ui .info {margin: 2rem 0 1rem;}
.swagger-ui .scheme-container {padding: 1rem 0;}
`;

/** Shows the description; when it is refused for want of a key, asks for one. The key is kept in this page only. */
export const script = `const byId = id => document.getElementById(id);
const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
paint();
dark.addEventListener('change', paint);

async function open(key) {
	byId('problem').textContent = '';
	const source = new URL('../openapi.json', location.href).href;
	const answer = await fetch(source, {headers: key === undefined ? {} : {authorization: 'Bearer ' + key}});
	const body = await answer.json();
	if (answer.status === 401) {
		byId('key').hidden = false;
		byId('text').focus();
		if (key !== undefined) byId('problem').textContent = body.error.message;
		return;
	}
	if (!answer.ok) throw new Error(body.error.message);
	byId('key').hidden = true;
	// Shown whole, so that the commands on the page can be copied.
	for (const server of body.servers) server.url = new URL(server.url, source).href.replace(/\\/$/, '');
	const ui = SwaggerUIBundle({
		spec: body,
		dom_id: '#ui',
		deepLinking: true,
		docExpansion: 'list',
		defaultModelsExpandDepth: 0,
		displayRequestDuration: true,
		validatorUrl: null,
		onComplete: () => key !== undefined && ui.preauthorizeApiKey('bearer', key),
	});
}

const attempt = key =>
	open(key).catch(error => {
		byId('problem').textContent = 'The description could not be shown: ' + error.message;
	});

byId('key').addEventListener('submit', event => {
	event.preventDefault();
	void attempt(byId('text').value);
});
void attempt();
`;
