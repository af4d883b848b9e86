/** The form of a law's checker (design.md, section 4). */
import type { StoreCall } from '../engine/seams';
import { Violation } from '../violation';
import type { World } from '../world';

export interface Law {
	number: number;
	title: string;
	/** The store calls of a transaction that was just committed. */
	committed?: (calls: readonly StoreCall[]) => void;
	/** After each step of the run. */
	stepped?: () => void;
	/** After quiet. */
	atEnd?: () => Promise<void> | void;
}

export type LawOf = (world: World) => Law;

/** Throws the violation if it does not hold. */
export function hold(law: number, holds: boolean, message: () => string): void {
	if (!holds) throw new Violation(law, message());
}

/** The calls of one method of a store part. */
export function callsOf(calls: readonly StoreCall[], part: string, method: string): StoreCall[] {
	return calls.filter((call) => call.part === part && call.method === method);
}

export const lower = (value: unknown) =>
	typeof value === 'string' ? value.toLowerCase() : (value ?? null);
