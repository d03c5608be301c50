/** Looks again and again, one look at a time. */

/** A key that is revoked somewhere is refused here so soon, and the time that the answer takes. */
const pollMs = 300;

export class Polling {
	readonly #look: () => Promise<void>;
	#timer: NodeJS.Timeout | undefined;
	#stopped = false;

	/** @param look must not reject. */
	constructor(look: () => Promise<void>) {
		this.#look = look;
	}

	/** Looks for the first time, and from then on. Settles after the first time. */
	async start(): Promise<void> {
		await this.#look();
		if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), pollMs).unref();
	}

	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
	}
}
