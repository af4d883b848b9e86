/** The way to a simulated CRM: over real HTTP, with a network's delay in virtual time. */
import type { CallMeter } from './meter';
import { kindOf } from './meter';
import { fetchPort } from '../../lib/connectors/fetch-port';
import type { HttpPort } from '../../lib/connectors/http';
import type { Chance } from '../../test/simulation/chance';
import type { Simulator } from '../../test/simulators/simulator';
import type { VirtualTime } from './virtual-time';

/** One way, ms. */
const DELAY = { least: 60, most: 140 };
/** Writes that the CRM counts and then cannot carry out (503). */
const FAILING_SHARE = 0.005;

export function meteredPort(
	simulator: Simulator,
	meter: CallMeter,
	time: VirtualTime,
	chance: Chance,
): HttpPort {
	const port = fetchPort({ baseUrl: simulator.url, headers: () => headersOf(simulator) });
	return async (request) => {
		await time.sleep(chance.between(DELAY.least, DELAY.most));
		meter.arrived(kindOf(request), time.now());
		const isWrite = request.method !== 'GET';
		if (isWrite && chance.happens(FAILING_SHARE))
			simulator.setFault({ kind: 'status', status: 503, times: 1, match: request.method });
		// Its time limit would be of the real clock, as its signals are not.
		const response = await time.during(() => port({ ...request, timeoutMs: 60_000 }));
		meter.answered(response.status);
		await time.sleep(chance.between(DELAY.least, DELAY.most));
		return response;
	};
}

function headersOf({ kind, credentials }: Simulator): Record<string, string> {
	const { accessToken = '', apiKey, userKey } = credentials;
	if (kind === 'wealthbox') return { ACCESS_TOKEN: accessToken };
	if (kind === 'salesforce') return { Authorization: `Bearer ${accessToken}` };
	return {
		Authorization: `Userkeyauth ${Buffer.from(`${apiKey}:${userKey}`).toString('base64')}`,
	};
}
