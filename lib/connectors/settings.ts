/** Connector settings: what the panel says, over the connector's defaults. Pure. */
import type { Json } from './connector';

const whole = new WeakMap<object, { defaults: object; merged: unknown }>();

/**
 * The defaults with every given value of the same type put over them; values of another type are ignored.
 * Neither the given settings nor what is answered may be changed afterwards.
 */
export function withDefaults<T extends Record<string, Json>>(
	defaults: T,
	settings: Record<string, Json>,
): T {
	const known = whole.get(settings);
	if (known?.defaults === defaults) return known.merged as T;
	const merged = merge(defaults, settings);
	whole.set(settings, { defaults, merged });
	return merged;
}

function merge<T extends Record<string, Json>>(defaults: T, settings: Record<string, Json>): T {
	const merged = { ...defaults };
	for (const name of Object.keys(defaults) as Array<keyof T & string>) {
		const given = settings[name];
		if (given !== undefined && given !== null && kindOf(given) === kindOf(defaults[name])) {
			merged[name] = given as T[typeof name];
		}
	}
	return merged;
}

function kindOf(value: Json | undefined): string {
	if (typeof value === 'number') return Number.isFinite(value) ? 'number' : 'not a number';
	return Array.isArray(value) ? 'list' : typeof value;
}
