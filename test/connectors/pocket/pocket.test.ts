/** Pocket CRM's connector, over HTTP. */
import { fetchPort } from '../../../lib/connectors/fetch-port';
import { contextOf } from '../../unit/connectors/harness';
import { describeConnector } from '../conformance';
import { pocket } from './index';
import { API_KEY, KEY_HEADER, startPocketCrm } from './pocket-crm';

describeConnector({
	connector: pocket,
	start: async (contacts) => {
		const crm = await startPocketCrm({ contacts });
		const http = fetchPort({ baseUrl: crm.url, headers: () => ({ [KEY_HEADER]: API_KEY }) });
		return { ...crm, context: (settings = {}) => contextOf(pocket, http, settings) };
	},
	smallPages: { pageSize: 2 },
	quickDeletes: { deletedEveryPolls: 1 },
});
