"""Connecting to the services that checks ask."""

from tongbao.core.parties.gateways.asking import AskingLimits
from tongbao.core.parties.gateways.pictures import DocumentReader
from tongbao.core.parties.gateways.services import (
    BusinessRegistryGateway,
    FaceGateway,
    IdentityBureauGateway,
)
from tongbao.core.parties.service.material import Outside, PictureReader
from tongbao.infra import ocr
from tongbao.infra.settings import Settings


def connect_outside(
    settings: Settings,
    *,
    limits: AskingLimits | None = None,
    reader: PictureReader | None = None,
) -> Outside:
    """Return the services these settings name; nothing is asked yet.

    Pictures are read where text recognition is installed (extra `ocr`), else by staff.
    """
    if reader is None and ocr.installed():
        reader = DocumentReader()
    return Outside(
        registry=BusinessRegistryGateway(
            base_url=settings.business_registry_url,
            token=settings.business_registry_token.get_secret_value(),
            limits=limits,
        ),
        bureau=IdentityBureauGateway(
            base_url=settings.identity_bureau_url,
            token=settings.identity_bureau_token.get_secret_value(),
            limits=limits,
        ),
        face=FaceGateway(
            base_url=settings.face_service_url,
            token=settings.face_service_token.get_secret_value(),
            limits=limits,
        ),
        reader=reader,
    )
