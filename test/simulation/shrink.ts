/** Makes a failing scenario shorter while the same law still breaks: what is left is what matters. */
import type { Action, CrmSettings, Scenario } from './scenario';

/** Does the scenario still break the law? */
export type Breaks = (scenario: Scenario) => Promise<boolean>;

/** Runs that a shrinking may take. */
const MAX_RUNS = 600;

export async function shrink(scenario: Scenario, breaks: Breaks): Promise<Scenario> {
	const shrinker = new Shrinker(scenario, breaks);
	await shrinker.simplify();
	await shrinker.dropActions();
	await shrinker.simplify();
	return shrinker.best;
}

class Shrinker {
	private runs = 0;

	constructor(
		public best: Scenario,
		private readonly breaks: Breaks,
	) {}

	/** Leaves out ever smaller parts of the actions, the last ones first (delta debugging). */
	async dropActions(): Promise<void> {
		let size = Math.ceil(this.best.actions.length / 2);
		while (size >= 1) {
			let dropped = false;
			for (let end = this.best.actions.length; end > 0; end -= size) {
				const kept = without(this.best.actions, Math.max(0, end - size), end);
				dropped = (await this.take({ ...this.best, actions: kept })) || dropped;
			}
			if (size === 1 && !dropped) return;
			size = size === 1 ? 1 : Math.ceil(size / 2);
			if (this.runs >= MAX_RUNS) return;
		}
	}

	/** Fewer clients, CRMs without quirks, no crashes. */
	async simplify(): Promise<void> {
		for (let clients = 1; clients < this.best.clients; clients += 1) {
			if (await this.take({ ...this.best, clients })) break;
		}
		await this.take({ ...this.best, busyStart: false });
		await this.take({ ...this.best, weather: 'calm' });
		for (const index of this.best.crms.keys()) {
			const crms = this.best.crms.map((crm, at) => (at === index ? plain(crm) : crm));
			await this.take({ ...this.best, crms });
		}
		for (const [index, { crash }] of this.best.actions.entries()) {
			if (crash === undefined) continue;
			const actions = this.best.actions.map((action, at) =>
				at === index ? { ...action, crash: undefined } : action,
			);
			await this.take({ ...this.best, actions });
		}
	}

	private async take(scenario: Scenario): Promise<boolean> {
		if (this.runs >= MAX_RUNS) return false;
		this.runs += 1;
		const isOther = JSON.stringify(scenario) !== JSON.stringify(this.best);
		if (!isOther || !(await this.breaks(scenario))) return false;
		this.best = scenario;
		return true;
	}
}

/** The time that they took goes to the next action, so that the others happen when they did. */
function without(actions: readonly Action[], from: number, to: number): Action[] {
	const spent = actions.slice(from, to).reduce((sum, { after }) => sum + after, 0);
	const [next, ...rest] = actions.slice(to);
	const later = next === undefined ? [] : [{ ...next, after: next.after + spent }, ...rest];
	return [...actions.slice(0, from), ...later];
}

function plain(crm: CrmSettings): CrmSettings {
	return { ...crm, timeless: false, skewMs: 0, lagMs: 0 };
}
