/** Texts that rows are put together from: those of names are made once. */

import type {Redactor} from '../redact/keys.js';
import type {Column} from './columns.js';
import {type Names, recordedMember, recordedNames} from './names.js';

export type RowTexts = ReturnType<typeof rowTexts>;

/** @param redactor takes out of names what shall not be kept. */
export function rowTexts(deployment: string, configHash: string | undefined, redactor: Redactor | undefined) {
	const given = recordedNames();
	const redact = redactor && ((name: string) => redactor.text(name));
	/** Of the config, a program or a standard. */
	const ours = (column: Column): Names => recordedMember(column);
	/** Of a client's making, or a provider's. */
	const theirs = (column: Column): Names => recordedMember(column, redact);
	return {
		names: recordedNames(redact),
		given,
		process: ours('deployment')(deployment) + (configHash === undefined ? '' : ours('config_hash')(configHash)),
		endpoint: theirs('endpoint'),
		method: ours('method'),
		clientIp: ours('client_ip'),
		keyName: ours('key_name'),
		team: ours('team'),
		dialect: ours('dialect'),
		model: theirs('model'),
		provider: ours('provider'),
		targetModel: theirs('target_model'),
		outcome: ours('outcome'),
		errorCode: ours('error_code'),
	};
}
