/** One entity for tests of the merge: its registers and the shadow of one record a system. */
import { mergeEvent, type MergeResult } from '../../../lib/merge/merge';
import { registerValue, type Registers } from '../../../lib/merge/register';
import { mergeRules, type FieldRule } from '../../../lib/merge/rules';
import { confirm, endFlights, intend, type Shadow } from '../../../lib/merge/shadow';
import type { ChangeEvent } from '../../../lib/model/event';
import type { CanonicalFields, FieldValue } from '../../../lib/model/fields';
import type { ValueQuestion } from '../../../lib/model/rows';
import { START } from './hub';

const PRIORITIES = { salesforce: 3, wealthbox: 2, redtail: 1 };

export class Client {
	registers: Registers = {};
	readonly shadows = new Map<string, Shadow>();
	/** Open questions, by field. */
	readonly questions: Record<string, ValueQuestion> = {};

	constructor(private readonly rules: Array<Partial<FieldRule> & { field: string }> = []) {}

	merge(event: ChangeEvent): MergeResult {
		const result = mergeEvent({
			event,
			shadow: this.shadows.get(event.system),
			registers: this.registers,
			questions: this.questions,
			rules: mergeRules(this.rules, PRIORITIES),
			now: START,
		});
		this.registers = result.registers;
		for (const [field, change] of Object.entries(result.questions)) {
			if (change === null) delete this.questions[field];
			else this.questions[field] = change.value;
		}
		this.shadows.set(event.system, result.shadow);
		return result;
	}

	value(field: string): FieldValue | undefined {
		return registerValue(field, this.registers[field]);
	}

	addresses(): string[] {
		const emails = (this.value('emails') ?? []) as Array<{ address: string }>;
		return emails.map(({ address }) => address);
	}

	shadow(system: string): Shadow {
		return this.shadows.get(system) ?? { fields: {} };
	}

	/** A write to the record is under way. */
	send(system: string, changes: CanonicalFields): void {
		this.shadows.set(system, intend(this.shadow(system), changes));
	}

	/** The write has ended, nobody knows how. */
	over(system: string, at: number): void {
		this.shadows.set(system, endFlights(this.shadow(system), at));
	}

	confirmed(system: string, changes: CanonicalFields, at: number): void {
		this.shadows.set(system, confirm(this.shadow(system), changes, changes, at));
	}
}

/** Entries with nested ids of their own. */
export const emails = (...addresses: string[]) =>
	addresses.map((address) => ({ address, ref: address }));
