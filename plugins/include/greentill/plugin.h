/* SPDX-License-Identifier: Apache-2.0 */
/* The C ABI between greentilld and its plugins; C11 and C++20. docs/plugin-guide.md is the guide, this header the contract.
 *
 * A plugin is a shared object with ONE exported symbol, gt_plugin_entry. It is a detector, which finds green acts in
 * transactions, or a source, which brings transactions in.
 *
 * Versions: before anything else the host says which ABI versions it speaks; the plugin answers with its table for one of them,
 * or declines and says why. Within a version structs only grow at their end: every struct begins with `size`, as its maker knows
 * it, and a reader takes a field beyond `size` as absent. The elements of an array lie `size` bytes of its first element apart.
 * gt_text alone has no size and never changes. Version 1 is settled with Greentill 0.1.0; before that, build plugins with the
 * header of their host.
 *
 * Text is UTF-8, a pointer and a length, not terminated; an empty text may have a null pointer. Times are Unix seconds, UTC.
 * Ownership: whatever is passed to a function is the caller's and lives until the function returns; copy what is to stay. What
 * gt_plugin_entry hands out lives as long as the plugin is loaded. No pointer may be null unless it is said here.
 * Threads: the host calls one instance from one thread at a time, not always the same. Several instances may be in use at once.
 * A plugin calls the host's functions only from within a call of the host, in the same thread.
 * Errors: a function that fails says why through gt_services.report first and returns a negative gt_status. No exception and no
 * longjmp may leave a function, no signal handler be installed, no process forked.
 * Time: behind a function stands how long it may take; docs/plugin-abi.md says what becomes of a plugin that takes longer. */
#ifndef GREENTILL_PLUGIN_H
#define GREENTILL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version that this header describes. */
#define GT_ABI_VERSION 1u

#define GT_EXPORT __attribute__((visibility("default")))

/* What int32_t results mean. Any other negative value is taken as GT_ERROR. */
enum gt_status {
  GT_OK = 0,
  GT_FINISHED = 1,  /* gt_source.poll: all is handed in and nothing will follow */
  GT_ERROR = -1,    /* failed; the reason was reported */
  GT_DECLINED = -2, /* gt_plugin_entry: there is no common version, or the host lacks something; gt_answer.reason says what */
  GT_FULL = -3,     /* gt_inlet: not taken; return from poll and offer it again in the next one */
  GT_BROKEN = -4    /* gt_detector.detect: failed, and the instance is of no further use: in a child it is started anew */
};

/* For gt_services.log. */
enum gt_log_level { GT_LOG_DEBUG = 0, GT_LOG_INFO = 1, GT_LOG_WARNING = 2, GT_LOG_ERROR = 3 };

/* What kind of event a transaction reports. */
enum gt_kind {
  GT_KIND_SALE = 0,
  GT_KIND_TRIP = 1,
  GT_KIND_TICKET = 2,
  GT_KIND_BILL = 3,
  GT_KIND_CHARGE = 4,
  GT_KIND_TAKEBACK = 5, /* what a customer brings back: bottles to a reverse-vending machine, a parcel box, textiles */
  GT_KIND_STAY = 6      /* nights in a hotel */
};

/* Whether a record is final. Acts are claimed of a final record only; the event id of any other stays free for the final one. */
enum gt_standing {
  GT_FINAL = 0,
  GT_TRAINING = 1, /* rung up in training mode, or a test */
  GT_INTERIM = 2,  /* an order, an interim bill, a quotation: the final record follows under the same id */
  GT_REPRINT = 3,  /* a copy of a record that was there before */
  GT_DOUBTFUL = 4  /* the source doubts it, and says why in `remark`: kept with that reason for people to see */
};

/* Why a reversal takes back: goods or money came back; a trip or order was cancelled; the first record was a mistake. */
enum gt_reversal_reason { GT_REFUND = 0, GT_CANCELLED = 1, GT_CORRECTION = 2 };

/* A text in UTF-8, not terminated. `data` may be null where `size` is 0. */
struct gt_text {
  const char* data;
  size_t size;
};

/* An amount in a base unit. The unit says what was measured and where it was read: "m.odometer", "m.track", "m.stations", "s",
 * "Wh", "g", "pieces"; 1 to 32 bytes. */
struct gt_quantity {
  size_t size;
  struct gt_text unit;
  int64_t value;
};

/* An article of a sale. Its texts may be empty. */
struct gt_line {
  size_t size;
  struct gt_text sku;
  struct gt_text gtin;
  struct gt_text name;
  struct gt_text category;
  int64_t quantity_milli; /* thousandths of a piece, kilogram or litre, as the till counts */
  int64_t amount_minor;   /* in the currency's minor unit */
  uint64_t reversed_line; /* in a reversal: the 1-based line of the reversed transaction that comes back; 0 where not known */
  struct gt_text unit; /* what quantity_milli counts: "pieces", "kg", "l", or empty where the till does not say; anything else is
                          taken as empty */
};

/* A field of the till's that has no place of its own, by its name. */
struct gt_attribute {
  size_t size;
  struct gt_text key;
  struct gt_text value;
};

/* What happened at the till, gate or dock. Issuer (1 to 64 bytes) and event id (1 to 128) together name one outside event for
 * ever: reported twice, it counts once. Other texts have at most 4096 bytes; at most 64 quantities, 10,000 lines and 256
 * attributes, whose keys are not empty. docs/plugin-abi.md, "Limits", says what becomes of a transaction beyond them. */
struct gt_transaction {
  size_t size;
  struct gt_text issuer;
  struct gt_text event_id;
  uint32_t kind;            /* gt_kind */
  uint32_t standing;        /* gt_standing */
  struct gt_text remark;    /* why it is doubtful; for people, without anything personal */
  uint32_t bearer;          /* 1: print a secret for a customer who has no account at hand; ignored beside an account token */
  uint32_t reversal_reason; /* gt_reversal_reason; of a reversal */
  /* A reversal takes back what was claimed for another transaction: a refund, a void, a cancelled trip. It names that one here
   * and has an event id of its own. Without lines and quantities it takes back all; else the lines say what came back (their
   * signs do not matter), or the quantities how much of the trip was not made. Empty event id: no reversal. */
  struct gt_text reversed_issuer; /* empty: the same issuer */
  struct gt_text reversed_event_id;
  int64_t begin;       /* 1970 to 9999 */
  int64_t end;         /* not before begin */
  struct gt_text mode; /* trips and tickets: "bike.shared", "ebike.shared", "metro", "bus", "rail.intercity", "walk" */
  const struct gt_quantity* quantities;
  size_t quantity_count;
  const struct gt_line* lines;
  size_t line_count;
  const struct gt_attribute* attributes; /* anything else a rule may match on */
  size_t attribute_count;
  struct gt_text currency; /* three capital letters (ISO 4217), or empty; anything else is taken as empty */
  int64_t total_minor;
  struct gt_text tender;         /* "cash", "card", "app", or empty */
  struct gt_text receipt_medium; /* "paper", "none", "qr", "email", "app", "einvoice", or empty where unknown; anything else is
                                    taken as empty */
  struct gt_text
      account_token;       /* opaque token of the customer's account, at most 32 bytes, or empty; detectors always get it empty */
  const uint8_t* evidence; /* another device's signed statement that the record rests on, at most 16 KiB, or null */
  size_t evidence_size;
  uint32_t evidence_is_personal; /* 1: it names a person. Claims, which anybody may read, then hold its hash alone */
  /* By which people tell one sale from another, on the device alone: no claim holds them, and detectors always get them empty. */
  struct gt_text till;           /* what the shop calls the till, at most 64 bytes; empty: the issuer stands for it */
  struct gt_text receipt_number; /* as it is printed, at most 128 bytes; empty: the event id stands for it */
};

/* A green act found in a transaction. */
struct gt_activity {
  size_t size;
  struct gt_text name;                  /* "ride.bike.shared"; 1 to 32 bytes */
  const struct gt_quantity* quantities; /* 1 to 8, each unit once, none negative */
  size_t quantity_count;
  uint64_t line; /* 0: of the whole event; else the 1-based line it was found in */
  const uint8_t*
      evidence; /* another device's signed statement, at most 16 KiB, or null. A claim holds it where it fits, else its hash */
  size_t evidence_size;
};

/* A field of a part: a number where is_number is 1, else the text, which may be empty. */
struct gt_field {
  size_t size;
  struct gt_text name; /* "battery_mv", a metric's label too: 1 to 32 small letters, digits and underlines */
  struct gt_text text; /* at most 256 bytes */
  int64_t number;
  uint32_t is_number;
};

/* One of the things that a source reads from, such as a lock at a dock, as it stands now. */
struct gt_part {
  size_t size;
  struct gt_text kind;           /* what it is: "lock"; as a field's name */
  struct gt_text name;           /* which one of its kind, 1 to 64 bytes, without anything personal */
  const struct gt_field* fields; /* at most 32 */
  size_t field_count;
  struct gt_text fault; /* what is wrong with it, as a sentence of at most 512 bytes; empty: nothing is */
};

/* What came of a question to the service (gt_services.ask). */
enum gt_outcome {
  GT_SIGNED = 0,  /* gt_reply.message has what it signed */
  GT_NOTHING = 1, /* it has nothing to say to this */
  GT_LATER = 2,   /* it could not be asked now; ask again later. gt_reply.reason says why */
  GT_NEVER = 3    /* this device has no service to ask, or there is no such question */
};

struct gt_reply {
  size_t size;
  uint64_t question; /* the number that ask() gave */
  uint32_t outcome;  /* gt_outcome */
  /* The service's message, as it came: of the type that the question asks for, and not verified. For whom it was signed judges
   * it. At most 4 KiB. */
  const uint8_t* message;
  size_t message_size;
  struct gt_text reason; /* for people */
};

/* What the host does for a plugin. Lifetime: from create until destroy returns. The functions may be called only within a call of
 * the host, in its thread, with `context` as their first argument. */
struct gt_services {
  size_t size;
  void* context;
  /* Writes one line to the daemon's log; `level` is a gt_log_level. Never give it a customer's token or a till's raw bytes. What
   * exceeds 100 lines at once, and 10 a second in the long run, is counted and left out. */
  void (*log)(void* context, int32_t level, struct gt_text message);
  /* Says why the current call is about to fail: what happened, to what, and what to do. The last reason of a call counts. */
  void (*report)(void* context, struct gt_text reason);
  /* For a plugin that passes on what another program finds: claims then hold that program's name and version, 1 to 32 bytes each,
   * in place of the plugin's own. Called in create or start; the last call counts, and one beyond the limits is ignored. */
  void (*speak_for)(void* context, struct gt_text name, struct gt_text version);
  /* Of a source: says what it is about to read, in words of its own that name it for good (a file and what tells it from another,
   * a row's place; at most 1024 bytes), and returns how many children in a row were lost over the same: they crashed, or were
   * ended for the time or memory that they took. `how`, which may be null, gets how the last one ended, for people; it lives
   * until the next call. A source gives up what three were lost over: it rejects it for that reason, and reads what follows.
   * Empty: nothing is being read. It costs no more than a copy of the text. */
  uint32_t (*attempt)(void* context, struct gt_text what, struct gt_text* how);
  /* Of a source: says how one of the things stands that it reads from, in place of what it said of it before. People see it in
   * the daemon's status with the time; its numbers are metrics too; a fault that is another than before is logged once. Of each
   * source the daemon keeps the 512 that were told last. What breaks a limit is left out, and the log says so. */
  void (*tell)(void* context, const struct gt_part* part);
  /* Of a source: asks the service that this device enrolled at for something that it signs, and returns at once. `kind` and
   * `argument` say what: docs/plugin-abi.md, "Parts, and questions to the service". GT_OK with *question, whose reply comes
   * through next_reply in a later call; GT_FULL where 16 questions are open; GT_ERROR where the texts break their form. Questions
   * are rationed: one that comes too soon is answered with GT_LATER. */
  int32_t (*ask)(void* context, struct gt_text kind, struct gt_text argument, uint64_t* question);
  /* Of a source: the next reply that has come. GT_OK with *reply, which lives until the call after this one; GT_FINISHED where
   * there is none now. `reply->size` is set by the caller. A question whose reply was not fetched when the source ends is
   * forgotten. */
  int32_t (*next_reply)(void* context, struct gt_reply* reply);
};

/* What an instance is created with. */
struct gt_create {
  size_t size;
  struct gt_text configuration;       /* the plugin's own text, as it stands in its file */
  const struct gt_services* services; /* valid until destroy returns */
};

/* Where a detector puts what it finds. Lifetime: the call of detect. */
struct gt_emitter {
  size_t size;
  void* context;
  /* Takes a copy of the act. At most 64 a transaction; one beyond that, or beyond the limits of gt_activity, is dropped and
   * counted as a fault. */
  void (*emit)(void* context, const struct gt_activity* activity);
};

/* The functions of a detector. */
struct gt_detector {
  size_t size;
  /* Reads the configuration and makes an instance. On GT_OK *instance is the plugin's own, for destroy to free; on failure it is
   * left as it was, and destroy is not called. 10 s. */
  int32_t (*create)(const struct gt_create* arguments, void** instance);
  /* Finds the acts of one transaction and calls emit for each. The sale waits for it, so it must not wait for anything outside.
   * The same transaction may be given again: the answer must depend on the transaction alone. After a failure nothing of this
   * call counts. 50 ms, unless configured otherwise. */
  int32_t (*detect)(void* instance, const struct gt_transaction* transaction, const struct gt_emitter* emitter);
  /* Frees the instance; the last call for it. A child may also be ended without it. */
  void (*destroy)(void* instance);
};

/* Where a source hands in what it read: every record, by one of the three functions, so that each one's fate can be told.
 * Lifetime: the call of poll.
 * `where` names the record for people ("trips.csv:17"), without anything personal; empty where it has no name.
 * `reason` says why no transaction was made, in words that are the same for all records with the same fault, since records are
 * counted by it; without anything personal.
 * `position` is the place in the source behind the record, at most 1024 bytes, opaque to the host. It becomes durable together
 * with whatever the record leads to, and is what start() gets after a crash.
 * Each function takes a copy and returns GT_OK; GT_FULL, where the record was not taken: return from poll and hand the same in
 * again in the next one; or GT_ERROR, where a limit is broken: that record is not taken, and the log says why. */
struct gt_inlet {
  size_t size;
  void* context;
  /* A record of which the source made a transaction, within the limits of gt_transaction. */
  int32_t (*transaction)(void* context, const struct gt_transaction* transaction, struct gt_text where, struct gt_text position);
  /* A record of which no transaction can be made. It counts, and moves the position, as a transaction does; the log has a
   * warning. */
  int32_t (*reject)(void* context, struct gt_text where, struct gt_text reason, struct gt_text position);
  /* A record that is right and that nobody is to be credited for, by its nature or by the configuration, such as a van's ride
   * that moves bikes. As reject, without a warning. */
  int32_t (*leave_out)(void* context, struct gt_text where, struct gt_text reason, struct gt_text position);
};

/* The functions of a source. The host calls create, start, then poll and durable in turns, and at last destroy. */
struct gt_source {
  size_t size;
  /* As gt_detector.create; opens nothing yet. 10 s. */
  int32_t (*create)(const struct gt_create* arguments, void** instance);
  /* Goes to a position that the source handed in earlier, perhaps in another process, or to the beginning where it is empty.
   * Called once. 10 s. */
  int32_t (*start)(void* instance, struct gt_text position);
  /* Hands in the records that are there, in order, and waits for further ones no longer than wait_ms. Returns GT_OK, to be called
   * again; GT_FINISHED, where nothing will follow, and then it is not called again; or an error, after which the source is
   * started anew from its last durable position. 10 s beyond wait_ms. */
  int32_t (*poll)(void* instance, uint32_t wait_ms, const struct gt_inlet* inlet);
  /* The first `count` records handed in since start are durable; `count` only rises. May be null. 1 s. */
  void (*durable)(void* instance, uint64_t count);
  /* As gt_detector.destroy. */
  void (*destroy)(void* instance);
};

/* The plugin, in ABI version 1. Exactly one of detector and source is not null. */
struct gt_plugin {
  size_t size;
  struct gt_text name;    /* 1 to 32 bytes; a detector's stands in every claim that it leads to */
  struct gt_text version; /* likewise */
  const struct gt_detector* detector;
  const struct gt_source* source;
};

/* What the host offers. */
struct gt_offer {
  size_t size;
  uint32_t abi_min; /* the versions that the host speaks, both included */
  uint32_t abi_max;
};

/* What the plugin answers: gt_plugin_entry fills it in, but for `size`, which the host sets. */
struct gt_answer {
  size_t size;
  uint32_t abi;                   /* the version of the table below */
  const struct gt_plugin* plugin; /* null where declined */
  struct gt_text reason;          /* where declined: why */
};

/* The one exported symbol. Chooses a version and fills in the answer: GT_OK with the table, or GT_DECLINED with the reason.
 * Called before anything else, perhaps several times in one process; it sets nothing up. */
typedef int32_t gt_plugin_entry_function(const struct gt_offer* offer, struct gt_answer* answer);
GT_EXPORT gt_plugin_entry_function gt_plugin_entry;

#ifdef __cplusplus
}
#endif

#endif
