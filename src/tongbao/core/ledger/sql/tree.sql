-- The tree over transactions is append-only for everybody; the application's role adds to it.
CREATE OR REPLACE TRIGGER ledger_tree_node_append_only BEFORE UPDATE OR DELETE ON ledger_tree_node
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_tree_node_no_truncate BEFORE TRUNCATE ON ledger_tree_node
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_tree_checkpoint_append_only
    BEFORE UPDATE OR DELETE ON ledger_tree_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE OR REPLACE TRIGGER ledger_tree_checkpoint_no_truncate
    BEFORE TRUNCATE ON ledger_tree_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

REVOKE ALL ON ledger_tree_node, ledger_tree_checkpoint FROM PUBLIC, tongbao_app;
GRANT SELECT, INSERT ON ledger_tree_node, ledger_tree_checkpoint TO tongbao_app;
