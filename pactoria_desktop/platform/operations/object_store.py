"""Where files lie: a folder of the data folder, or a bucket."""

from obstore.store import LocalStore, S3Store

from pactoria_desktop.platform.settings import PlatformSettings

FOLDER = "files"
ObjectStore = LocalStore | S3Store


def object_store(settings: PlatformSettings) -> ObjectStore:
    """The store that the settings name; the folder is made when missing."""
    if settings.storage_url is not None:
        return S3Store.from_url(settings.storage_url)
    return LocalStore(settings.platform_data / FOLDER, mkdir=True)
