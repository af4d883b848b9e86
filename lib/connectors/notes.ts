/** A connector's notes, kept where the rate budgets are: one row of the store a note. */
import type { ConnectorNotes, Json } from './connector';
import type { BudgetPort } from './shared-budget';

export function notesOf(port: BudgetPort, system: string): ConnectorNotes {
	const accountOf = (name: string) => `note/${system}/${name}`;
	const same = (note: Json) => ({ state: note, result: note });
	return {
		read: (name) => port.read?.(accountOf(name)) ?? port.exchange(accountOf(name), same),
		change: (name, change) =>
			port.exchange(accountOf(name), (note) => ({ state: change(note), result: undefined })),
	};
}
