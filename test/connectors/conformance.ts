/**
 * The conformance suite: what every connector must do, over real HTTP, whatever its CRM. An adapter of
 * a few lines says how to start the CRM (see pocket/pocket.test.ts); docs/write-a-connector.md says what
 * each check proves.
 */
import type { ItemObject } from '../../lib/connectors/objects/crm-object';
import { CHANGES } from './conformance/changes';
import { itemChecks } from './conformance/items';
import { READING } from './conformance/reading';
import { runCheck, type Check, type ConformanceOptions } from './conformance/world';
import { WRITING } from './conformance/writing';

export { runCheck } from './conformance/world';
export type { ConformanceOptions, RunningCrm, Screen } from './conformance/world';

/** All checks for a connector, by group. */
export function checksOf({
	connector,
	objects,
	samples,
}: ConformanceOptions): Array<[string, Check[]]> {
	const offered = Object.keys(connector.capabilities.objects ?? {}) as ItemObject[];
	const items = (objects ?? offered).flatMap((object) => itemChecks(object, samples));
	return [
		['reading', READING],
		['writing', WRITING],
		['changes', CHANGES],
		['beside contacts', items],
	];
}

export function checkNamed(options: ConformanceOptions, name: string): Check {
	const check = checksOf(options)
		.flatMap(([, checks]) => checks)
		.find((one) => one.name === name);
	if (check === undefined) throw new Error(`No check is named "${name}".`);
	return check;
}

/** Declares the tests. A check in `cannot` is skipped, with its reason in the name. */
export function describeConnector(options: ConformanceOptions): void {
	const { connector, cannot = {} } = options;
	for (const name of Object.keys(cannot)) checkNamed(options, name);
	describe(`${connector.displayName} as a connector`, () => {
		for (const [group, checks] of checksOf(options)) {
			if (checks.length === 0) continue;
			describe(group, () => {
				for (const check of checks) {
					const reason = cannot[check.name];
					if (reason !== undefined) test.skip(`${check.name} (${reason})`, () => undefined);
					else test(check.name, () => runCheck(check, options));
				}
			});
		}
	});
}
