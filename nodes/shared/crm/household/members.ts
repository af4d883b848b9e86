/** Who belongs to a household: fields of the panel, and the call behind both operations. */
import { NodeOperationError, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { moveMember, type MemberMove } from '../../../../lib';
import type { Crm } from '../crm';
import { recordIdOf } from '../record/record-id';
import type { RecordCall } from '../record-call';
import { recordLocator, resourceOf, type CrmResource } from '../resource';

export function memberLocators(crm: Crm, household: CrmResource): INodeProperties[] {
	const contact = resourceOf(crm, 'contact');
	return [household, ...(contact === undefined ? [] : [contact])].map(recordLocator);
}

export async function moved(
	call: RecordCall,
	step: MemberMove['step'],
	role?: string,
): Promise<IDataObject> {
	const { crm, context, node } = call;
	const contact = resourceOf(crm, 'contact');
	if (contact === undefined)
		throw new NodeOperationError(node.getNode(), 'This CRM has no contacts');
	const householdId = recordIdOf(call);
	const contactId = recordIdOf({ ...call, resource: contact });
	return { ...(await moveMember(crm.connector, context, { contactId, householdId, role, step })) };
}
