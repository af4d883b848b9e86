/** All the laws over one run. */
import type { StoreCall } from '../engine/seams';
import type { World } from '../world';
import { exactlyOnce } from './4-exactly-once';
import { breaker } from './11-breaker';
import { complete } from './8-audit';
import { converge } from './1-converge';
import { deletes } from './11-deletes';
import { identity } from './9-identity';
import type { Law } from './law';
import { noDuplicates } from './7-no-duplicates';
import { noEcho } from './3-no-echo';
import { noLostUpdate } from './2-no-lost-update';
import { nothingVanishes } from './6-nothing-vanishes';
import { order } from './5-order';

const LAWS = [
	converge,
	noLostUpdate,
	noEcho,
	exactlyOnce,
	order,
	nothingVanishes,
	noDuplicates,
	complete,
	identity,
	deletes,
	breaker,
];

export class Watch {
	private readonly laws: Law[];

	constructor(world: World) {
		this.laws = LAWS.map((law) => law(world));
	}

	committed(calls: readonly StoreCall[]): void {
		for (const law of this.laws) law.committed?.(calls);
	}

	stepped(): void {
		for (const law of this.laws) law.stepped?.();
	}

	/** During the run first what any moment may break, then what must hold after quiet. */
	async atEnd(): Promise<void> {
		for (const law of this.laws) await law.atEnd?.();
	}
}
