/** What a simulator keeps over a restart: its parts' states, by name, as one JSON value. */
import { z } from 'zod';
import type { Simulator } from '../simulator';

/** A part with a state that JSON can hold. `restore` replaces what the part has so far. */
export interface Kept<State> {
	save: () => State;
	restore: (state: State) => void;
}

const FORMAT = 1;

function envelope(kind: Simulator['kind']) {
	return z.object({
		format: z.literal(FORMAT),
		kind: z.literal(kind),
		parts: z.record(z.unknown()),
	});
}

export class Snapshots {
	private readonly parts = new Map<string, () => unknown>();
	private readonly saved: Record<string, unknown> | undefined;

	/**
	 * `saved` is what {@link save} gave, or undefined for a fresh start. Throws an Error if it was
	 * not saved by a simulator of this kind.
	 */
	constructor(
		private readonly kind: Simulator['kind'],
		saved?: unknown,
	) {
		if (saved === undefined) return;
		const result = envelope(kind).safeParse(saved);
		if (!result.success) throw this.unusable('it was not saved by this kind of simulator');
		// A copy, so that one saved state can start any number of simulators.
		this.saved = structuredClone(result.data.parts);
	}

	/** Whether there is a saved state to begin with. */
	get isRestoring(): boolean {
		return this.saved !== undefined;
	}

	/** Has the part saved from now on, and restores it at once if there is a saved state. */
	keep<State>(name: string, part: Kept<State>): void {
		if (this.parts.has(name)) throw new Error(`Two parts of a simulator are named ${name}`);
		this.parts.set(name, () => part.save());
		if (this.saved === undefined) return;
		if (!(name in this.saved)) throw this.unusable(`its part ${name} is missing`);
		// The envelope says that the part of this name, in this format, wrote it.
		part.restore(this.saved[name] as State);
	}

	/** A value made at the first start and the same ever after. */
	constant<Value>(name: string, make: () => Value): Value {
		let value: Value | undefined;
		const restore = (state: Value) => {
			value = state;
		};
		this.keep<Value>(name, { save: () => value as Value, restore });
		value ??= make();
		return value;
	}

	/** Everything that was kept, detached from the running simulator. */
	save(): unknown {
		const parts = [...this.parts].map(([name, save]) => [name, save()]);
		const snapshot = { format: FORMAT, kind: this.kind, parts: Object.fromEntries(parts) };
		return JSON.parse(JSON.stringify(snapshot)) as unknown;
	}

	private unusable(reason: string): Error {
		const what = `The saved state cannot start the ${this.kind} simulator: ${reason}.`;
		return new Error(`${what} Start without it.`);
	}
}
