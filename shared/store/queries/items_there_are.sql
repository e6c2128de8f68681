-- Which of these orders are items of the run.
select source_id from run_items
where account_id = current_account() and run_id = %(run)s and source_type = 'order' and source_id = any(%(sources)s)
