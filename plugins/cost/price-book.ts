/** Finds the price of a target: what the config says, else what the vendor's list says of a model of that name. */

import {namePattern, type Provider, type Target, targetName} from '../../core/index.js';
import type {DatedPrice, Price, PricedModel, PriceList} from './price.js';
import {type ReckonedPrice, reckonedPrice} from './reckoning.js';

/** Names come from clients: what was found for them is remembered up to here, for each provider. */
const mostRemembered = 10_000;

const secondsPerDay = 86_400;

/** A price list ready for looking things up. */
interface Vendor {
	readonly list: PriceList;
	readonly urls: RegExp;
	readonly models: readonly {readonly names: RegExp; readonly model: PricedModel}[];
}

/** A price, whose it is and when it holds. */
interface Period {
	/** For the record: where the price is from. */
	readonly source: string;
	/** Milliseconds since the epoch. */
	readonly from: number;
	/** Seconds of the day. */
	readonly between: readonly [number, number] | undefined;
	readonly price: ReckonedPrice;
}

/** Everything that is known of what a target costs. */
type Found = readonly Period[];

export class PriceBook {
	readonly #exact = new Map<string, Found>();
	readonly #patterns: {readonly pattern: RegExp; readonly found: Found}[] = [];
	readonly #vendors: readonly Vendor[];
	readonly #providerOf: (name: string) => Provider | undefined;
	/** By provider and model: their names are not put together for each call. */
	readonly #remembered = new Map<string, Map<string, Found | undefined>>();

	/**
	 * @param own prices of the config by target name; `*` stands for any run of characters. Exact names go first, then the first pattern.
	 * @param providerOf what is registered under a name.
	 */
	constructor(
		own: Readonly<Record<string, Price>>,
		lists: readonly PriceList[],
		providerOf: (name: string) => Provider | undefined,
	) {
		for (const [name, price] of Object.entries(own)) {
			const found = [periodOf({price}, 'the config')];
			if (name.includes('*')) this.#patterns.push({pattern: namePattern(name), found});
			else this.#exact.set(name, found);
		}
		this.#vendors = lists.map(list => ({
			list,
			urls: new RegExp(`^(?:${list.urls})`),
			models: list.models.map(model => ({names: new RegExp(model.names, 'i'), model})),
		}));
		this.#providerOf = providerOf;
	}

	/** @param at milliseconds since the epoch. @returns `undefined` when no price is known. */
	find(target: Target, at: number): Pick<Period, 'price' | 'source'> | undefined {
		const {provider, model} = target;
		let models = this.#remembered.get(provider);
		if (models === undefined) {
			models = new Map();
			this.#remembered.set(provider, models);
		}
		let found = models.get(model);
		if (found === undefined && !models.has(model)) {
			found = this.#look(target);
			if (models.size >= mostRemembered) models.clear();
			models.set(model, found);
		}
		if (found === undefined) return undefined;
		// Where none holds it is the first.
		for (let last = found.length - 1; last > 0; last--) {
			const period = found[last];
			if (period !== undefined && holds(period, at)) return period;
		}
		return found[0];
	}

	#look(target: Target): Found | undefined {
		const name = targetName(target);
		const own = this.#exact.get(name) ?? this.#patterns.find(({pattern}) => pattern.test(name))?.found;
		if (own !== undefined) return own;
		const vendor = this.#vendorOf(target.provider);
		if (vendor === undefined || target.model === '') return undefined;
		// Some vendors write the date of a model with dashes and some without.
		return this.#listed(vendor, target.model) ?? this.#listed(vendor, withDashes(target.model));
	}

	/** By where it is, else by what it is called: a proxy in front of a vendor costs as the vendor. */
	#vendorOf(provider: string): Vendor | undefined {
		const url = this.#providerOf(provider)?.baseUrl;
		const byUrl = url === undefined ? undefined : this.#vendors.find(({urls}) => urls.test(url));
		return byUrl ?? this.#named(vendorNames[provider]);
	}

	#named(vendor: string | undefined): Vendor | undefined {
		return this.#vendors.find(({list}) => list.vendor === vendor);
	}

	#listed(vendor: Vendor, model: string): Found | undefined {
		const found = vendor.models.find(({names}) => names.test(model));
		if (found !== undefined) {
			const {list} = vendor;
			return found.model.prices.map(price => periodOf(price, `${list.vendor} prices of ${list.date}`));
		}
		for (const other of vendor.list.resells) {
			const reseller = this.#named(other);
			const resold = reseller === undefined ? undefined : this.#listed(reseller, model);
			if (resold !== undefined) return resold;
		}
		return undefined;
	}
}

/** Providers by the names that the built-in kinds have unless the config gives them others. */
const vendorNames: Readonly<Record<string, string>> = {
	openai: 'openai',
	anthropic: 'anthropic',
	'azure-openai': 'azure',
	deepseek: 'deepseek',
	gemini: 'google',
	glm: 'zhipuai',
	grok: 'x-ai',
	groq: 'groq',
	zai: 'zai',
};

function withDashes(model: string): string {
	return model.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3');
}

function periodOf({from, between, price}: DatedPrice, source: string): Period {
	return {
		source,
		from: from === undefined ? -Infinity : Date.parse(from),
		between: between === undefined ? undefined : [seconds(between[0]), seconds(between[1])],
		price: reckonedPrice(price),
	};
}

function seconds(time: string): number {
	const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
	return hour * 3600 + minute * 60 + second;
}

function holds({from, between}: Period, at: number): boolean {
	if (at < from) return false;
	if (between === undefined) return true;
	const [begin, end] = between;
	const now = Math.floor(at / 1000) % secondsPerDay;
	return begin <= end ? now >= begin && now < end : now >= begin || now < end;
}
