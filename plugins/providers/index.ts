/** Providers: the places that serve models. */

export {anthropic} from './anthropic.js';
export {anthropicCompatible} from './anthropic-compatible.js';
export {mock} from './mock/index.js';
export {openai} from './openai.js';
export {openaiCompatible} from './openai-compatible.js';
