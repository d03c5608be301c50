/** Texts that rows are put together from: those of names are made once. */

import {oncePerNames, targetName} from '../../core/index.js';
import type {Redactor} from '../redact/keys.js';
import {asked, type Column} from './columns.js';
import {recordedMember, recordedNames} from './names.js';

export type RowTexts = ReturnType<typeof rowTexts>;

/** Columns that hold a name, in the order in which {@link RowTexts} takes them. */
const ofNames = [...asked, 'outcome', 'error_code'] as const satisfies readonly Column[];

/** Of a client's making, or a provider's: anything may stand in them. */
const theirs: ReadonlySet<Column> = new Set(['endpoint', 'model', 'target_model']);

/** What it gives has memory of its own: a small Buffer is a part of a larger one, and keeps all of it. */
const encoder = new TextEncoder();

type OneOfEach<Of extends readonly unknown[]> = {readonly [Index in keyof Of]: string | undefined};

/** @param redactor takes out of names what shall not be kept. */
export function rowTexts(deployment: string, configHash: string | undefined, redactor: Redactor | undefined) {
	const redact = redactor && ((name: string) => redactor.text(name));
	const member = (column: Column) => recordedMember(column, theirs.has(column) ? redact : undefined);
	const members = ofNames.map(member);
	const process =
		member('deployment')(deployment) + (configHash === undefined ? '' : member('config_hash')(configHash));
	const names = recordedNames(redact);
	return {
		names,
		given: recordedNames(),
		/** All members of a row that are names, as bytes: calls of the same kind have the same. */
		members: oncePerNames((...given: OneOfEach<typeof ofNames>) =>
			encoder.encode(process + given.map((name, index) => (name === undefined ? '' : members[index]?.(name))).join('')),
		),
		/** The beginning of the report of an attempt. */
		attempt: oncePerNames((provider: string, model: string) => `{"target":${names(targetName({provider, model}))}`),
	};
}
