from tests.support.store import store as store
