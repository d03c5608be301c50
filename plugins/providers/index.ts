/** Providers: the places that serve models. */

export {anthropic} from './anthropic.js';
export {anthropicCompatible} from './anthropic-compatible.js';
export {azureOpenai} from './azure-openai.js';
export {bifrost} from './bifrost.js';
export {deepseek} from './deepseek.js';
export {gemini} from './gemini.js';
export {glm} from './glm/index.js';
export {grok} from './grok.js';
export {groq} from './groq.js';
export {mock} from './mock/index.js';
export {ollama} from './ollama.js';
export {openai} from './openai.js';
export {openaiCompatible} from './openai-compatible.js';
