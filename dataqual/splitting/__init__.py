"""`split`: a corpus in parts, such as train, valid and test, by hash; what belongs together is never torn apart."""

from dataqual.splitting.result import Split
from dataqual.splitting.running import OPTIONS, split
from dataqual.splitting.shares import PARTS, Key, Role, Splitting

__all__ = ["OPTIONS", "PARTS", "Key", "Role", "Split", "Splitting", "split"]
