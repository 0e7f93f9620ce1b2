"""The saved index: passages and vectors go in, candidates for a query come out."""

from faqbot.index.cache import Cache, known_texts, open_cache, text_key
from faqbot.index.contents import Candidates, Contents, EncodedPassage, EncoderCard, Stored
from faqbot.index.encoders import encoder_folders, installed_encoder, keep_encoder
from faqbot.index.generation import Generation
from faqbot.index.keeping import add_calibration, generations, repair, rollback, verify
from faqbot.index.manifest import Manifest
from faqbot.index.opening import current_name, is_index, open_generation
from faqbot.index.publishing import publish
from faqbot.index.readings import Reading, Readings, write_readings
from faqbot.index.seam import Served
from faqbot.index.segments import Embedding
from faqbot.index.stores import calibration_of, documents_of, keeper_of, open_index, store_of

__all__ = [
    "Cache",
    "Candidates",
    "Contents",
    "Embedding",
    "EncodedPassage",
    "EncoderCard",
    "Generation",
    "Manifest",
    "Reading",
    "Readings",
    "Served",
    "Stored",
    "add_calibration",
    "calibration_of",
    "current_name",
    "documents_of",
    "encoder_folders",
    "generations",
    "installed_encoder",
    "is_index",
    "keep_encoder",
    "keeper_of",
    "known_texts",
    "open_cache",
    "open_generation",
    "open_index",
    "publish",
    "repair",
    "rollback",
    "store_of",
    "text_key",
    "verify",
    "write_readings",
]
