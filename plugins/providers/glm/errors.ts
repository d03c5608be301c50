/** What GLM's own error codes mean: its HTTP statuses say little (an account in arrears is a 429). */

import {isObject, type ProviderError} from '../../../core/index.js';

/**
 * Business code → the status that says what it means.
 * @see https://docs.bigmodel.cn/cn/api/api-code
 * @see https://docs.z.ai/api-reference/api-code
 */
const statuses: ReadonlyMap<string, number> = new Map(
	Object.entries({
		// Parameters, a prompt that is too long, content that its policy forbids.
		400: ['1210', '1212', '1213', '1214', '1215', '1261', '1300', '1301'],
		401: ['1000', '1001', '1002', '1003', '1004', '1111'],
		// In arrears, or the subscription is over: trying again does not help.
		402: ['1113', '1309'],
		403: ['1100', '1110', '1112', '1121', '1220', '1311'],
		404: ['1211', '1221', '1222'],
		409: ['1231'],
		// Too many at a time, too often, too many today, traffic limits, quotas of a window, fair use.
		429: ['1302', '1303', '1304', '1305', '1308', '1310', '1313'],
		500: ['500', '1200', '1230'],
		503: ['1120', '1234', '1312'],
	}).flatMap(([status, codes]) => codes.map(code => [code, Number(status)] as const)),
);

/** Reads `{"error": {"code": "1302", "message": "…"}}`; codes that are not known leave the HTTP status as it is. */
export function readError(_status: number, body: unknown): ProviderError | undefined {
	const error = isObject(body) ? body['error'] : undefined;
	if (!isObject(error) || typeof error['message'] !== 'string') return undefined;
	const code = String(error['code']);
	const status = statuses.get(code);
	return status === undefined ? undefined : {status, message: error['message'], code};
}
