/** A hook as a plugin sees it: something to tap, at a stage, and nothing else. */

import {HookMap} from 'tapable';
import {ConfigError} from './errors.js';

/** Where a tap stands among the others; config order holds within a stage. */
export const Stage = Object.freeze({early: 'early', normal: 'normal', late: 'late'} as const);
export type Stage = (typeof Stage)[keyof typeof Stage];

const stageNumbers: Readonly<Record<Stage, number>> = {early: -1, normal: 0, late: 1};

/** A tap's name and place. */
export interface TapOptions {
	readonly name: string;
	readonly stage?: Stage;
}

declare const taps: unique symbol;

/** Says, in the type only, which function a hook is tapped with. */
export interface TappedWith<Tap> {
	readonly [taps]?: Tap;
}

/** A hook as plugins see it: it can be tapped; it cannot be called, intercepted or emptied. */
export type TapOnly<Hook> =
	Hook extends HookMap<infer Inner>
		? {for(name: string): TapOnly<Inner>}
		: Hook extends TappedWith<infer Tap>
			? {tap(options: string | TapOptions, tap: NonNullable<Tap>): void}
			: never;

type Tap = (...args: unknown[]) => unknown;

interface Tappable {
	tap(options: {name: string; stage: number; plugin: string}, tap: Tap): void;
}

/**
 * A hook as one plugin sees it. Taps remember the plugin, so that blame and timing speak of plugins.
 * @throws {ConfigError} on tapping with an empty name, an unknown stage or something that is not a function.
 */
export function tapOnly<Hook>(hook: Hook, hookName: string, plugin: string): TapOnly<Hook> {
	if (hook instanceof HookMap) {
		return Object.freeze({
			for: (name: string) => tapOnly(hook.for(name), `${hookName}[${name}]`, plugin),
		}) as TapOnly<Hook>;
	}
	return Object.freeze({
		tap(options: string | TapOptions, tap: Tap) {
			const {name, stage = Stage.normal} = typeof options === 'string' ? {name: options} : options;
			const number = stageNumbers[stage];
			const place = `plugin "${plugin}" taps "${hookName}"`;
			if (typeof name !== 'string' || name === '') throw new ConfigError(`${place} without a name`);
			if (number === undefined)
				throw new ConfigError(`${place} at the unknown stage "${String(stage)}"; use Stage.early or Stage.late`);
			if (typeof tap !== 'function') throw new ConfigError(`${place} with something that is not a function`);
			(hook as Tappable).tap({name, stage: number, plugin}, tap);
		},
	}) as unknown as TapOnly<Hook>;
}
