/** What `/health` says of the one store that a gateway shares with others. */

export interface StoreHealth {
	/** Of the whole gateway. */
	readonly status: string;
	readonly store: {readonly status: string; readonly settlementsWaiting: number};
}

export async function storeHealth({url}: {readonly url: string}): Promise<StoreHealth> {
	const answer = await fetch(`${url}/health`);
	const {status, checks} = (await answer.json()) as {
		status: string;
		checks: {stores: {stores: [StoreHealth['store']]}};
	};
	return {status, store: checks.stores.stores[0]};
}
