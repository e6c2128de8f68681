-- Transfers of what an event told of: nobody had made them when it came.
select raise_transfers(current_account(), %(system)s, %(event)s, false, %(source_type)s, %(source_id)s, %(source_number)s,
                       null, null, null)
