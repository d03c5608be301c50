/** The built-in plugins: what a config may list. `dialects` and `catalog` are always there. */

export {accessLog} from './access-log/index.js';
export {apiDocs} from './api-docs/index.js';
export {auth} from './auth/index.js';
export {catalog} from './catalog/index.js';
export {dialects} from './dialects/index.js';
export {health} from './health/index.js';
export {metrics} from './metrics/index.js';
export {
	anthropic,
	anthropicCompatible,
	azureOpenai,
	bifrost,
	deepseek,
	gemini,
	glm,
	grok,
	groq,
	mock,
	ollama,
	openai,
	openaiCompatible,
} from './providers/index.js';
export {redact} from './redact/index.js';
export {requestLog} from './request-log/index.js';
export {routing} from './routing/index.js';
export {translate} from './translate/index.js';
