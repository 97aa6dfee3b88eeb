//! A disk that refuses: what is delivered stays delivered, and nothing passes what must be kept.

use super::*;
use aco_spool::{Entry, File};
use std::io;
use std::path::Path;
use std::sync::Mutex;
use tonic::Code;

/// What the disk refuses to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    ReadSegments,
    WriteCursor,
    AddToQuarantine,
}

/// The real file system, but for one refusal.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Option<Refusal>>>);

impl Disk {
    fn refuses(&self, refusal: Option<Refusal>) {
        *self.0.lock().unwrap() = refusal;
    }

    fn check(&self, what: Refusal) -> io::Result<()> {
        match *self.0.lock().unwrap() == Some(what) {
            true => Err(io::Error::other("the disk refuses")),
            false => Ok(()),
        }
    }

    fn wrap(&self, path: &Path, file: Box<dyn File>) -> Box<dyn File> {
        match path.ends_with("cursor") {
            true => Box::new(Cursor(self.clone(), file)),
            false => file,
        }
    }
}

impl FileSystem for Disk {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        OsFileSystem.create_dir_all(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        OsFileSystem.list(dir)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn File>> {
        if path.extension().is_some_and(|it| it == "q") {
            self.check(Refusal::AddToQuarantine)?;
        }
        Ok(self.wrap(path, OsFileSystem.create_new(path)?))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        Ok(self.wrap(path, OsFileSystem.open(path)?))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn File>> {
        self.check(Refusal::ReadSegments)?;
        OsFileSystem.open_read(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        OsFileSystem.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        OsFileSystem.sync_dir(dir)
    }
}

struct Cursor(Disk, Box<dyn File>);

impl File for Cursor {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.1.write(bytes)
    }

    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.check(Refusal::WriteCursor)?;
        self.1.write_all_at(offset, bytes)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.1.read_at(offset, into)
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        self.1.cut(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.1.sync_data()
    }
}

fn rig() -> (Disk, Rig) {
    let disk = Disk::default();
    let rig = Rig::on(Arc::new(disk.clone()));
    (disk, rig)
}

#[tokio::test]
async fn a_cursor_that_cannot_be_written_does_not_stop_delivery() {
    let (disk, rig) = rig();
    rig.log(2_000);
    disk.refuses(Some(Refusal::WriteCursor));
    let server = FakeServer::acting([]).await;
    // A wait between two batches would outlast the test.
    let backoff = Backoff::new(LONG, LONG * 60);
    let orders = Orders::new(Some(Arc::new(to(&server))), false);
    let shipper = rig.ship_with(orders, backoff);
    server.until(|_| server.stored().len() == 2_000).await;
    shipper.stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(2_000), 0));
}

#[tokio::test]
async fn a_spool_that_cannot_be_read_is_said_and_tried_again() {
    let (disk, rig) = rig();
    rig.log(3);
    disk.refuses(Some(Refusal::ReadSegments));
    let server = FakeServer::acting([]).await;
    let backoff = Backoff::new(LONG, LONG * 60);
    let orders = Orders::new(Some(Arc::new(to(&server))), false);
    let shipper = rig.ship_with(orders, backoff);
    let said = message(reported(&shipper, is(AnswerKind::Unavailable)).await);
    assert!(said.contains("the spool cannot be read"), "{said}");
    disk.refuses(None);
    shipper.wake();
    reported(&shipper, is(AnswerKind::Accepted)).await;
    shipper.stop(LONG).await;
    assert_eq!((server.stored(), rig.waiting()), (numbers(3), 0));
}

#[tokio::test]
async fn nothing_passes_a_record_that_the_quarantine_cannot_take() {
    let (disk, rig) = rig();
    rig.log(8);
    disk.refuses(Some(Refusal::AddToQuarantine));
    let poisoned = has(&[5]);
    let server = FakeServer::start(move |request| match poisoned(request) {
        true => Act::refuse(Code::InvalidArgument, "entry too far behind"),
        false => Act::Accept,
    })
    .await;
    let shipper = rig.ship(to(&server));
    let kept = |it: &ShipReport| {
        let answer = it.answer.as_ref();
        answer.is_some_and(|it| it.message.contains("cannot be put into the quarantine"))
    };
    reported(&shipper, kept).await;
    // Those before it have left all the same.
    assert_eq!(rig.waiting(), 4);
    disk.refuses(None);
    server.until(|_| server.stored().last() == Some(&8)).await;
    shipper.stop(LONG).await;
    assert_eq!((rig.quarantined().len(), rig.waiting()), (1, 0));
}
