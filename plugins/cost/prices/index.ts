/** All price lists; the files beside this one are written by `tapgate prices update`. */

import type {PriceList} from '../price.js';
import {anthropic} from './anthropic.js';
import {azure} from './azure.js';
import {deepseek} from './deepseek.js';
import {google} from './google.js';
import {groq} from './groq.js';
import {openai} from './openai.js';
import {xAi} from './x-ai.js';
import {zai} from './zai.js';
import {zhipuai} from './zhipuai.js';

export const priceLists: readonly PriceList[] = [openai, anthropic, azure, deepseek, google, groq, xAi, zai, zhipuai];
