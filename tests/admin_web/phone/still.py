"""A gateway without a life of its own, for pages that are asked in-process."""

from admin_web.gateway import Gateway
from controller.domain.view import View


class StillGateway(Gateway):
    """A test says what it saw last."""

    def see(self, view: View | None) -> None:
        self.picture, self._seen_s = view, self._clock_s()

    async def run(self) -> None:
        """Nothing comes from outside."""
