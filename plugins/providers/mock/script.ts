/** Works out what a model says to a request. */

import type {MockModel} from './options.js';
import type {Question, Script} from './shape.js';
import {estimateTokens, words} from './text.js';

/** @param model how the config wants it to behave; without a text of its own and a function to call it echoes. */
export function writeScript(name: string, model: MockModel, {lastText, allText}: Question): Script {
	const text = model.text ?? (model.toolCall === undefined ? lastText : '');
	const pieces = (model.chunks ?? words(text)).filter(piece => piece !== '');
	const said = pieces.join('') + (model.toolCall === undefined ? '' : JSON.stringify(model.toolCall));
	return {
		model: name,
		pieces,
		toolCall: model.toolCall,
		usage: model.usage ?? {input: estimateTokens(allText), output: estimateTokens(said)},
	};
}
