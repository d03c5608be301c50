import type {Case} from './case.js';
import {chunkCost} from './chunk-cost.js';
import {latency} from './latency.js';
import {limited} from './limited.js';
import {memory} from './memory.js';
import {plain} from './plain.js';
import {recorded} from './recorded.js';
import {streams} from './streams.js';
import {tail} from './tail.js';
import {translated} from './translated.js';

export const cases: readonly Case[] = [plain, streams, chunkCost, latency, tail, memory, translated, recorded, limited];
