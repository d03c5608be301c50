/** What plugins offer each other, by typed keys. */

import {ConfigError} from './errors.js';
import type {Key} from './key.js';

export class Services {
	readonly #offered = new Map<Key<unknown>, {readonly service: unknown; readonly owner: string}>();

	/** @throws {ConfigError} when the key is provided already; names both owners. */
	provide<Service>(key: Key<Service>, service: Service, plugin: string): void {
		const taken = this.#offered.get(key);
		if (taken !== undefined) {
			throw new ConfigError(
				`service "${key.name}" is provided by plugins "${taken.owner}" and "${plugin}"; remove one of them`,
			);
		}
		this.#offered.set(key, {service, owner: plugin});
	}

	/** @throws {ConfigError} when no plugin provides it. */
	use<Service>(key: Key<Service>, plugin: string): Service {
		if (!this.#offered.has(key)) {
			throw new ConfigError(
				`plugin "${plugin}" needs the service "${key.name}"; list a plugin that provides it before this one`,
			);
		}
		return this.find(key) as Service;
	}

	find<Service>(key: Key<Service>): Service | undefined {
		return this.#offered.get(key)?.service as Service | undefined;
	}
}
