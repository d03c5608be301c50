import {redact} from './redact.js';
import {requests} from './requests.js';
import {stores} from './stores.js';
import type {Table} from './table.js';

/** By the names that `--only` takes. */
export const tables: readonly {name: string; measure(quick: boolean): Table | Promise<Table>}[] = [
	{name: 'stores', measure: stores},
	{name: 'requests', measure: requests},
	{name: 'redact', measure: redact},
];
