/** Defences of the merge, switched off: shadow, clamp, stale reads, notes of what is in flight, removed entries. */
import type { ChangeBatch } from '../../../lib/connectors/connector';
import type { ListRegister } from '../../../lib/merge/list-register';
import type { Shadow } from '../../../lib/merge/shadow';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { RegisterChange } from '../../../lib/store/registers';
import type { Sabotage } from './sabotage';

const FAR_AHEAD_MS = 10 * 365 * 86_400_000;

function forge(change: (event: ChangeEventInput) => Partial<ChangeEventInput>) {
	return (batch: ChangeBatch): ChangeBatch => ({
		...batch,
		events: batch.events.map((event) => ({ ...event, ...change(event) })),
	});
}

export const shadow: Sabotage = {
	what: 'Every field of a polled record counts as changed when the record was edited.',
	store: async ({ part, method, args }, proceed) => {
		const shadows = await proceed(args);
		if (part !== 'registers' || method !== 'shadows') return shadows;
		const isOfEvents = (args[0] as object[]).some((address) => 'eventId' in address);
		return isOfEvents ? new Map() : shadows;
	},
};

export const clamp: Sabotage = {
	what: "A vendor's time is believed, however far ahead its clock is.",
	batch: forge(({ receivedAt }) => ({
		receivedAt: new Date(Date.parse(receivedAt) + FAR_AHEAD_MS).toISOString(),
	})),
};

export const staleRead: Sabotage = {
	what: 'A read counts from when it was taken in, not from when it began.',
	batch: forge(({ kind, receivedAt }) => (kind === 'snapshot' ? { readAt: receivedAt } : {})),
};

export const inFlight: Sabotage = {
	what: 'Nobody notes what is about to be written.',
	store: ({ part, method, args }, proceed) => {
		if (part !== 'registers' || method !== 'saveShadows') return proceed(args);
		const [rows, now] = args as [Array<{ shadow: Shadow }>, number];
		return proceed([rows.map((row) => ({ ...row, shadow: withoutFlights(row.shadow) })), now]);
	},
};

export const removedEntries: Sabotage = {
	what: 'A list does not remember which entries were removed.',
	store: ({ part, method, args }, proceed) => {
		if (part !== 'registers' || method !== 'saveRegisters') return proceed(args);
		const [changes] = args as [RegisterChange[]];
		return proceed([
			changes.map((change) => ({ ...change, register: forgetful(change.register) })),
		]);
	},
};

function withoutFlights(whole: Shadow): Shadow {
	const fields = Object.entries(whole.fields).map(([field, known]) => {
		const kept = { ...known };
		delete kept.inFlight;
		return [field, kept] as const;
	});
	return { ...whole, fields: Object.fromEntries(fields) };
}

/** Entries that left are forgotten whole. */
function forgetful(register: RegisterChange['register']): RegisterChange['register'] {
	if (register.shape !== 'list') return register;
	const elements: ListRegister['elements'] = register.elements.flatMap((element) => {
		const last = Math.max(0, ...element.adds.map(({ memory }) => memory.editedAt));
		const left = element.leaves.some(({ memory }) => memory.editedAt >= last);
		return left ? [] : [{ ...element, leaves: [] }];
	});
	return { ...register, elements };
}
