/** A limit to how long something is waited for. */

/**
 * @throws what the promise rejects with; an Error when it is not settled in time. It goes on by itself then.
 */
export function within<Value>(deadlineMs: number, promise: Promise<Value>): Promise<Value> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => {
			// When this process was busy, the answer may be here and unread: it is read before the immediate is called.
			setImmediate(() => reject(new Error(`no answer within ${deadlineMs} ms`)));
		}, deadlineMs);
		promise.finally(() => clearTimeout(timer)).then(resolve, reject);
	});
}
