import type { IDataObject } from 'n8n-workflow';
import type { CrmRecord } from '../../../../lib';
import type { RecordCall } from '../record-call';
import { simplify } from '../simplify';

/** The record as the operation returns it: in few fields, or as the CRM gives it. */
export function shown({ node, index, crm, context, resource }: RecordCall, record: CrmRecord) {
	const simple = node.getNodeParameter('simplify', index, true) as boolean;
	return simple ? simplify(crm, context, record, resource) : (record as IDataObject);
}
