/** Every built-in plugin and every example, with options that they can be applied with. */

import type {Plugin} from 'tapgate';
import * as builtIns from 'tapgate/plugins';
import {dailyAnswers} from '../../docs/examples/daily-answers.js';
import {disclosure} from '../../docs/examples/disclosure.js';
import {flatPrice} from '../../docs/examples/flat-price.js';
import {guardrail} from '../../docs/examples/guardrail.js';
import {houseRules} from '../../docs/examples/house-rules.js';
import {legacyCompletions} from '../../docs/examples/legacy-completions.js';
import {inHouse} from '../../docs/examples/provider.js';
import {seats} from '../../docs/examples/seats.js';
import {speedometer} from '../../docs/examples/speedometer.js';
import {tokenCap} from '../../docs/examples/token-cap.js';

const apiKey = 'a-key-that-opens-nothing';
const baseUrl = 'http://127.0.0.1:9';

/** By the name under which `tapgate/plugins` exports the factory; a new built-in must be added, or this does not compile. */
const made: {readonly [Name in keyof typeof builtIns]: Plugin} = {
	dialects: builtIns.dialects(),
	catalog: builtIns.catalog(),
	stores: builtIns.stores(),
	cost: builtIns.cost({budgets: [{by: 'provider', dailyUsd: 1}]}),
	accessLog: builtIns.accessLog(),
	health: builtIns.health(),
	metrics: builtIns.metrics(),
	apiDocs: builtIns.apiDocs(),
	auth: builtIns.auth({anonymous: true}),
	openai: builtIns.openai({apiKey}),
	anthropic: builtIns.anthropic({apiKey}),
	openaiCompatible: builtIns.openaiCompatible({baseUrl, apiKey}),
	anthropicCompatible: builtIns.anthropicCompatible({baseUrl, apiKey}),
	azureOpenai: builtIns.azureOpenai({resource: 'nobody', apiKey}),
	bifrost: builtIns.bifrost({apiKey}),
	deepseek: builtIns.deepseek({apiKey}),
	gemini: builtIns.gemini({apiKey}),
	glm: builtIns.glm({apiKey}),
	grok: builtIns.grok({apiKey}),
	groq: builtIns.groq({apiKey}),
	mock: builtIns.mock(),
	ollama: builtIns.ollama({apiKey}),
	rateLimit: builtIns.rateLimit({rules: [{by: 'provider', concurrency: 1}]}),
	redact: builtIns.redact({where: ['records', 'traffic']}),
	routing: builtIns.routing(),
	requestLog: builtIns.requestLog({dataDir: '/nowhere/tapgate'}),
	translate: builtIns.translate(),
};

/** Every built-in, applicable. */
export const everyBuiltIn: readonly Plugin[] = Object.values(made);

/** Every plugin of docs/examples, applicable. */
export const everyExample: readonly Plugin[] = [
	disclosure({notice: 'by an AI'}),
	guardrail({words: ['Albatross']}),
	flatPrice({input: 1, output: 1}),
	houseRules({rules: 'Be kind.'}),
	inHouse({baseUrl, secret: apiKey}),
	legacyCompletions(),
	dailyAnswers({most: 1}),
	seats({each: 1}),
	speedometer(),
	tokenCap({max: 1}),
];
